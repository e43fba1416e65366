<?php
// bloom.php CORE PLANS: puts the invented site of `plans/` into this WordPress, under names and in shapes that are invented too: where
// AccessAlly keeps forms, timers, orders and the rest is not known. `bloom.adapter.yaml` says where they lie here.

[, $core, $plans] = $argv;
$_SERVER['HTTP_HOST'] = '127.0.0.1';
require "$core/wp-load.php";

$objects = $people = [];
foreach (records("$plans/bloom-coaching.site.ndjson") as $record) {
    $objects[$record['kind']][$record['key'] ?? ''] = $record;
}
foreach (records("$plans/bloom-coaching.population.ndjson") as $record) {
    $people[$record['kind']][$record['key'] ?? ''] = $record;
}
$tagIds = array_map(static fn (array $tag): string => $tag['id'], $objects['tag']);
$operations = [];

settings($objects);
offerings($objects['offering'], $tagIds);
forms($objects, $tagIds, $operations);
$runs = [];
foreach ($objects['webhook'] as $hook) {
    $runs[] = isset($hook['runs']) ? operations(['operations' => [$hook['runs']]], $objects, $tagIds, $operations)[0] : null;
}
update_option('_accessally_custom_operations', $operations, false);
table('aal_tag_names', 'tag_id int, tag_name varchar(190)', array_map(null, array_values($tagIds), array_keys($tagIds)));
table('aal_webhook_log', 'command varchar(60), target varchar(60), last_called varchar(30), calls int, operation varchar(10)', array_map(
    static fn (array $hook, ?string $runs): array => [$hook['command'], $hook['target'] ?? null, $hook['last_called'], $hook['calls'], $runs],
    array_values($objects['webhook']),
    $runs
));
members($people['contact'], $tagIds);
purchases($people, $objects['order-form']);

function records(string $file): array
{
    return array_map(static fn (string $line): array => json_decode($line, true), file($file, FILE_IGNORE_NEW_LINES));
}

function settings(array $objects): void
{
    $yes = static fn (bool $on): string => $on ? 'yes' : 'no';
    $crm = $objects['crm']['crm'];
    $status = $crm['connected'] ? 'connected' : 'failed';
    update_option('_accessally_setting_api', [
        'system' => $crm['system'],
        'label' => $crm['label'],
        'status' => $status,
        'checked-managed' => 'no',
        'checked-crm-forms' => $yes($crm['sells']),
    ], false);
    $emails = $objects['emails']['emails'];
    update_option('_accessally_setting_emails', [
        'checked-enabled' => $yes($emails['enabled']),
        'select-welcome' => $emails['welcome'],
        'checked-module-release' => $yes($emails['module_release']),
        'checked-failed-payment' => $yes($emails['failed_payment']),
    ], false);
    $guard = $objects['charging-guard']['charging-guard'];
    update_option('_accessally_setting_developer', ['checked-production' => $yes($guard['enabled']), 'production-url' => $guard['production_url']], false);
    update_option('_accessally_setting_migration', ['checked-maintenance' => $yes($objects['maintenance']['maintenance']['on'])], false);
    $simulate = $yes($objects['mail']['mail']['simulated']);
    update_option('fluentmail-settings', ['connections' => [], 'misc' => ['simulate_emails' => $simulate]], false);
    update_user_meta(get_user_by('login', 'operator')->ID, 'aal_is_contact', 'yes');
}

function offerings(array $offerings, array $tagIds): void
{
    global $wpdb;
    $wpdb->query("DELETE FROM $wpdb->options WHERE option_name LIKE '\\_accessally\\_offering\\_%'");
    foreach ($offerings as $offering) {
        $modules = [];
        foreach ($offering['modules'] as $module) {
            $one = ['name' => $module['name']];
            $release = $module['release'];
            if ($release !== null) {
                $days = (int) $release;
                $one['select-release'] = $days > 0 ? 'schedule' : ($release === 'by-hand' ? 'manual' : 'instant');
                $one += $days > 0 ? ['release-days' => (string) $days] : [];
            }
            $modules[$module['number']] = $one + ($module['tag'] === null ? [] : ['tag' => $tagIds[$module['tag']]]);
        }
        update_option("_accessally_offering_{$offering['id']}", [
            'name' => $offering['name'],
            'system' => $offering['system'],
            'type' => 'course',
            'option-key' => "_accessally_offering_{$offering['id']}",
            'modules' => $modules,
            'tags' => array_map(static fn (string $tag): string => $tagIds[$tag], $offering['tags']),
        ], false);
    }
}

// The numbers of a form's operations, each of which is made where it is needed first.
function operations(array $form, array $objects, array $tagIds, array &$operations): array
{
    $numbers = [];
    foreach ($form['operations'] as $operation) {
        $does = array_key_first($operation);
        $what = $operation[$does];
        $number = (string) (count($operations) + 1);
        $operations[$number] = $does === 'add-tags'
            ? ['name' => "Add tags $number", 'type' => 'add-tags', 'tags' => array_map(static fn (string $tag): string => $tagIds[$tag], $what)]
            : ['name' => "$does $what", 'type' => "$does-offering", 'offering' => "_accessally_offering_{$objects['offering'][$what]['id']}"];
        $numbers[] = $number;
    }
    return $numbers;
}

function forms(array $objects, array $tagIds, array &$operations): void
{
    foreach ($objects['order-form'] as $form) {
        [$price, $currency] = explode(' ', $form['price']);
        update_option("_accessally_order_form_{$form['id']}", [
            'name' => $form['name'],
            'price' => str_replace('.', '', $price),
            'currency' => strtolower($currency),
            'gateway' => $form['gateway'],
            'checked-recurring' => $form['recurring'] ? 'yes' : 'no',
            'checked-test-mode' => $form['test_mode'] ? 'yes' : 'no',
            // JSON inside serialized PHP, as some plugins have it.
            'automation' => json_encode([
                'select-final-retry' => $form['after_final_retry'] ?? 'nothing',
                'operations' => operations($form, $objects, $tagIds, $operations),
            ]),
        ], false);
    }
    foreach ($objects['opt-in-form'] as $form) {
        $post = wp_insert_post(['post_type' => 'accessally_optin', 'post_status' => 'publish', 'post_title' => $form['name'], 'import_id' => (int) $form['id'] + 900]);
        update_post_meta($post, '_accessally_optin_number', $form['id']);
        update_post_meta($post, '_accessally_optin_operations', operations($form, $objects, $tagIds, $operations));
    }
}

function members(array $contacts, array $tagIds): void
{
    $rows = [];
    foreach ($contacts as $contact) {
        $id = wp_insert_user([
            'user_login' => $contact['email'],
            'user_email' => $contact['email'],
            'user_pass' => 'invented',
            'first_name' => $contact['first_name'],
            'last_name' => $contact['last_name'],
            'role' => 'subscriber',
        ]);
        update_user_meta($id, 'aal_contact_id', $contact['key']);
        isset($contact['affiliate']) && update_user_meta($id, 'aal_affiliate', $contact['affiliate']);
        foreach ($contact['tags'] as $tag) {
            $rows[] = [$id, $tagIds[$tag]];
        }
    }
    table('aal_user_tags', 'user_id bigint, tag_id int', $rows);
}

function purchases(array $people, array $forms): void
{
    $number = static fn (array $record): string => $forms[$record['form']]['id'];
    table('aal_orders', 'order_id int, contact_id varchar(20), form_id int, amount int, currency char(3), order_date date, status varchar(40), transaction_id varchar(60)', array_map(
        static function (array $order) use ($number): array {
            [$amount, $currency] = explode(' ', $order['total']);
            return [$order['key'], $order['contact'], $number($order), str_replace('.', '', $amount), $currency, $order['date'], $order['status'], $order['transaction'] ?? null];
        },
        array_values($people['order'])
    ));
    table('aal_subscriptions', 'subscription_id int, contact_id varchar(20), form_id int, status varchar(40), next_payment date', array_map(
        static fn (array $one): array => [$one['key'], $one['contact'], $number($one), $one['status'], $one['next_payment'] ?? null],
        array_values($people['subscription'])
    ));
}

function table(string $name, string $columns, array $rows): void
{
    global $wpdb;
    $wpdb->query("CREATE TABLE {$wpdb->prefix}$name ($columns) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4");
    foreach ($rows as $row) {
        $cells = array_map(static fn ($cell): string => $cell === null ? 'NULL' : $wpdb->prepare('%s', $cell), $row);
        if ($wpdb->query("INSERT INTO {$wpdb->prefix}$name VALUES (" . implode(',', $cells) . ')') === false) {
            fwrite(STDERR, "$name: $wpdb->last_error\n");
            exit(1);
        }
    }
}
