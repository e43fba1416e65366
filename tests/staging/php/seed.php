<?php
// seed.php CORE COUNT: this site's own passwords and COUNT invented members; writes DIR/site.json.

[, $core, $count] = $argv;
$site = getenv('PLAN_STAGING_SITE');
$_SERVER['HTTP_HOST'] = '127.0.0.1';
require "$core/wp-load.php";
require __DIR__ . '/members.php';

add_members((int) $count);
$operator = account('operator');
$spare = account('spare-admin');
file_put_contents("$site/site.json", json_encode([
    'url' => file_get_contents("$site/url"),
    ...$operator,
    'spare' => $spare,
    'subscriber' => account('reader'),
    'dir' => $site,
], JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR) . "\n");

function account(string $login): array
{
    $user = get_user_by('login', $login);
    [$password] = WP_Application_Passwords::create_new_application_password($user->ID, ['name' => 'plan tests']);
    return ['user' => $login, 'password' => $password];
}

// By plain SQL: WordPress's own functions would need minutes for 100,000 members.
function add_members(int $count): void
{
    global $wpdb;
    $first = 1 + (int) $wpdb->get_var("SELECT MAX(ID) FROM $wpdb->users");
    foreach (array_chunk($count ? range(0, $count - 1) : [], 500) as $numbers) {
        $users = $meta = [];
        foreach ($numbers as $number) {
            $member = member($number);
            $users[] = row([$first + $number, ...$member['columns']]);
            foreach ($member['meta'] as $key => $value) {
                $meta[] = row([$first + $number, $key, $value]);
            }
        }
        insert("$wpdb->users (ID, user_login, user_pass, user_nicename, user_email, user_registered, display_name)", $users);
        insert("$wpdb->usermeta (user_id, meta_key, meta_value)", $meta);
    }
}

function row(array $values): string
{
    return "('" . implode("','", esc_sql($values)) . "')";
}

function insert(string $target, array $rows): void
{
    global $wpdb;
    if ($wpdb->query("INSERT INTO $target VALUES " . implode(',', $rows)) === false) {
        fwrite(STDERR, "$wpdb->last_error\n");
        exit(1);
    }
}
