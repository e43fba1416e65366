'use strict';
(function () {
  const all = (selector, of) => Array.from((of || document).querySelectorAll(selector));
  all('.js').forEach((one) => { one.hidden = false; });
  const show = (slider) => {
    const card = slider.closest('.offering');
    const day = Number(slider.value);
    card.querySelector('output').textContent = slider.value;
    slider.setAttribute('aria-valuetext', 'day ' + slider.value);
    all('td[data-from]', card).forEach((cell) => {
      const from = cell.dataset.from;
      const state = from === 'unknown' ? 'not known' : from !== 'never' && Number(from) <= day ? 'open' : 'closed';
      const shown = cell.querySelector('.state');
      shown.textContent = state;
      shown.className = 'state ' + state;
    });
    const line = card.querySelector('.now');
    const last = Math.max(1, Number(line.dataset.last));
    const x = 56 + Math.min(day, last) / last * 212;
    line.setAttribute('x1', x);
    line.setAttribute('x2', x);
    line.classList.add('on');
  };
  document.addEventListener('input', (event) => {
    if (event.target.type === 'range') show(event.target);
    if (event.target.id === 'search') find(event.target.value);
  });
  let texts = null;
  const find = (words) => {
    texts = texts || all('.find').map((one) => [one, one.textContent.toLowerCase()]);
    const wanted = words.toLowerCase().trim();
    let shown = 0;
    for (const [one, text] of texts) {
      const fits = text.includes(wanted);
      if (one.hidden === fits) one.hidden = !fits;
      if (fits) shown += 1;
    }
    if (wanted) all('section > details').forEach((fold) => { if (fold.querySelector('.find:not([hidden])')) fold.open = true; });
    document.getElementById('shown').textContent = wanted ? shown + ' of ' + texts.length : '';
  };
  all('.unfold').forEach((button) => button.addEventListener('click', () => {
    const folds = all('details', button.closest('section'));
    const open = folds.some((fold) => !fold.open);
    folds.forEach((fold) => { fold.open = open; });
    button.textContent = open ? 'Fold all' : 'Unfold all';
  }));
  let folded = [];
  window.addEventListener('beforeprint', () => {
    folded = all('details:not([open])');
    folded.forEach((fold) => { fold.open = true; });
  });
  window.addEventListener('afterprint', () => folded.forEach((fold) => { fold.open = false; }));
})();
