<?php
// Invented people. Number N is the same person on every site, so tests may name them.

const FIRST_SYLLABLES = ['Ma', 'Lo', 'Te', 'Ri', 'Sa', 'Ve', 'No', 'Ka', 'El', 'Ju', 'Fi'];
const LAST_SYLLABLES = ['rin', 'la', 'dor', 'nek', 'mi', 'sha', 'vo'];
// What real member lists hold and careless programs break on.
const ODD_NAMES = [
    ["Siobh\u{e1}n", "O'Mareth"],
    ["Z\u{f6}e", "Gr\u{fc}\u{df}enau"],
    ["Anne-Lise", "de la Vell-Torv\u{e9}"],
    ["Ren\u{e9}e \"Rey\"", "Lovell, Jr."],
    ["\u{674e}", "\u{8a9e}\u{82b1}"],
    ["\u{5e0}\u{5d5}\u{5e2}\u{5d4}", "\u{5e9}\u{5d3}\u{5d5}\u{5df}"],
    ["Jose\u{301}", "Nu\u{303}emi"],
    ["Tilly \u{1f33f}", "Fenn & Co"],
    ["=1+1", "Cellini"],
    ["Back\\slash", "100% Bloom"],
];

function member(int $number): array
{
    [$first, $last] = $number % 2 === 1 ? ODD_NAMES[intdiv($number, 2) % count(ODD_NAMES)] : plain_name($number);
    $email = email($number);
    return [
        'columns' => [$email, '!', sprintf('member-%06d', $number), $email, registered($number), "$first $last"],
        'meta' => [
            'nickname' => $first,
            'first_name' => $first,
            'last_name' => $last,
            'wp_capabilities' => serialize(['subscriber' => true]),
            'wp_user_level' => '0',
            // Not registered for REST: core's API neither shows nor writes it.
            'contact_id' => (string) (40000 + 7 * $number),
        ],
    ];
}

function plain_name(int $number): array
{
    $first = FIRST_SYLLABLES[$number % 11] . LAST_SYLLABLES[intdiv($number, 11) % 7];
    $last = FIRST_SYLLABLES[intdiv($number, 3) % 11] . LAST_SYLLABLES[$number % 7] . 'sen';
    return [$first, $last];
}

function email(int $number): string
{
    return match ($number % 7) {
        3 => "Member.$number@Mail.Bloom.example",
        5 => "member+tag$number@orchard.example",
        default => "member$number@bloom.example",
    };
}

function registered(int $number): string
{
    return gmdate('Y-m-d H:i:s', gmmktime(8, 0, 0, 1, 4, 2021) + 601 * $number);
}
