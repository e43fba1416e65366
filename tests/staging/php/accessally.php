<?php
// What AccessAlly, ProgressAlly and FluentSMTP store, in the shapes that public code shows: the stand-ins' settings on every site.
// Values are invented.

function add_settings(): void
{
    $pages = get_posts(['post_type' => 'page', 'numberposts' => 2, 'orderby' => 'ID', 'order' => 'ASC']);
    foreach (['Group Coaching', 'Mini Course'] as $number => $name) {
        $offering = '_accessally_offering_' . ($number + 1);
        update_option($offering, offering($offering, $name, $pages[$number]->ID), false);
        update_post_meta($pages[$number]->ID, '_accessally_course_key', $offering);
        update_post_meta($pages[$number]->ID, '_accessally_post_permission', ['require-login' => 'yes', 'enable-url' => 'no']);
    }
    update_option('_accessally_setting_api', ['system' => 'ontraport'], false);
    update_option('_progressally_setting_automation', ['select-crm' => 'accessally', 'ontraport-key' => ''], false);
    update_option('fluentmail-settings', ['connections' => [], 'mappings' => [], 'misc' => ['simulate_emails' => 'yes']], false);
}

function offering(string $option, string $name, int $page): array
{
    return [
        'name' => $name,
        'system' => 'ontraport',
        'type' => 'course',
        'option-key' => $option,
        'pages' => ['1' => [
            'name' => "$name: Welcome",
            'type' => 'page',
            'page-template-select' => (string) $page,
            'status' => 'publish',
            'module' => '0',
            'checked-progress-release' => 'no',
        ]],
        'page-order' => ['1'],
        'modules' => ['0' => ['name' => 'Base'], '1' => ['name' => 'Goals']],
        'tags' => ['base' => '12', 'revoke' => '13'],
    ];
}
