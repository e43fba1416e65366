<?php

/**
 * The stand-in's screens, for a person's hand: one setting saved, the verification, the migration, an order form. All of it is invented: the
 * real screens are closed. What the real migration is documented to do happens here too: every member's password is new, and is mailed.
 */

add_action('admin_menu', function (): void {
    add_menu_page('AccessAlly', 'AccessAlly', 'manage_options', 'accessally-stand-in', 'accessally_stand_in_page');
});

foreach (array('save' => 'accessally_stand_in_save', 'migrate' => 'accessally_stand_in_migrate', 'buy' => 'accessally_stand_in_buy') as $act => $does) {
    add_action("admin_post_accessally_$act", function () use ($act, $does): void {
        current_user_can('manage_options') || wp_die('Only an administrator does this.', '', 403);
        check_admin_referer("accessally_$act");
        $does(wp_unslash($_POST));
        wp_safe_redirect(admin_url('admin.php?page=accessally-stand-in'));
        exit;
    });
}

// In maintenance mode visitors see nothing, and administrators everything.
add_action('template_redirect', function (): void {
    $setting = get_option('_accessally_setting_migration', array());
    if (($setting['checked-maintenance'] ?? 'no') === 'yes' && !current_user_can('manage_options')) {
        wp_die('We are back soon.', 'Maintenance', 503);
    }
});

function accessally_stand_in_page(): void
{
    echo '<h1>AccessAlly (stand-in)</h1><h2>Verification</h2><ul>';
    foreach (accessally_stand_in_verification() as $line) {
        echo '<li class="line">', esc_html($line), '</li>';
    }
    echo '</ul>';
    foreach (array('save' => array('option', 'meta', 'at', 'value'), 'migrate' => array('maintenance'), 'buy' => array('form', 'email')) as $act => $fields) {
        echo '<form method="post" action="', esc_url(admin_url('admin-post.php')), '"><input type="hidden" name="action" value="accessally_', $act, '">';
        wp_nonce_field("accessally_$act");
        foreach ($fields as $field) {
            echo '<input name="', $field, '">';
        }
        submit_button($act);
        echo '</form>';
    }
}

// Its lines, as the guide describes them: "!" marks what somebody has to look at.
function accessally_stand_in_verification(): array
{
    global $wpdb;
    $members = accessally_stand_in_members();
    $strangers = count(get_users(array('role' => 'subscriber', 'fields' => 'ID'))) - count($members);
    $tags = (int) $wpdb->get_var("SELECT COUNT(*) FROM {$wpdb->prefix}aal_tag_names");
    $lines = array("$tags tags", count($members) . ' users with a contact ID');
    return $strangers > 0 ? array_merge($lines, array("! $strangers users without a contact ID")) : $lines;
}

// One value of a setting, or of a page's, at a path of keys: in what is JSON inside it too.
function accessally_stand_in_save(array $asked): void
{
    $path = $asked['at'] === '' ? array() : explode('/', $asked['at']);
    $value = $asked['value'][0] === '[' ? json_decode($asked['value'], true) : $asked['value'];
    if (!empty($asked['meta'])) {
        $post = (int) $asked['option'];
        update_post_meta($post, $asked['meta'], accessally_stand_in_with(get_post_meta($post, $asked['meta'], true), $path, $value));
        return;
    }
    update_option($asked['option'], accessally_stand_in_with(get_option($asked['option']), $path, $value), false);
}

function accessally_stand_in_with($in, array $path, $value)
{
    if (!$path) {
        return $value;
    }
    $within = is_string($in) ? json_decode($in, true) : $in;
    $key = array_shift($path);
    $within[$key] = accessally_stand_in_with($within[$key] ?? null, $path, $value);
    return is_string($in) ? json_encode($within) : $within;
}

// The users whom it resets: contacts of the CRM, administrators among them.
function accessally_stand_in_members(): array
{
    $of = fn (string $key): array => get_users(array('meta_key' => $key, 'fields' => array('ID', 'user_email')));
    return array_merge($of('aal_contact_id'), $of('aal_is_contact'));
}

function accessally_stand_in_migrate(array $asked): void
{
    $crm = get_option('_accessally_setting_api');
    ($crm['checked-managed'] ?? 'no') === 'yes' && wp_die('It has been migrated already.', '', 409);
    foreach (accessally_stand_in_members() as $member) {
        $password = wp_generate_password();
        wp_set_password($password, $member->ID);
        wp_mail($member->user_email, 'Your new login', "Your password is $password");
    }
    update_option('_accessally_setting_api', array('system' => 'accessally-managed', 'checked-managed' => 'yes') + $crm, false);
    update_option('_accessally_setting_migration', array('checked-maintenance' => ($asked['maintenance'] ?? '') === 'yes' ? 'yes' : 'no'), false);
}

// What somebody new gets who buys there.
function accessally_stand_in_buy(array $asked): void
{
    global $wpdb;
    $form = get_option("_accessally_order_form_{$asked['form']}");
    $user = wp_insert_user(array('user_login' => $asked['email'], 'user_email' => $asked['email'], 'user_pass' => wp_generate_password(), 'role' => 'subscriber'));
    $contact = 1 + (int) $wpdb->get_var("SELECT MAX(CAST(meta_value AS UNSIGNED)) FROM $wpdb->usermeta WHERE meta_key = 'aal_contact_id'");
    update_user_meta($user, 'aal_contact_id', (string) $contact);
    $order = 1 + (int) $wpdb->get_var("SELECT MAX(order_id) FROM {$wpdb->prefix}aal_orders");
    $row = array('order_id' => $order, 'contact_id' => $contact, 'form_id' => $asked['form'], 'amount' => $form['price'], 'currency' => $form['currency']);
    $wpdb->insert("{$wpdb->prefix}aal_orders", $row + array('order_date' => gmdate('Y-m-d'), 'status' => 'Success', 'transaction_id' => 'pi_' . bin2hex(random_bytes(6))));
    if ($form['checked-recurring'] === 'yes') {
        $number = 1 + (int) $wpdb->get_var("SELECT MAX(subscription_id) FROM {$wpdb->prefix}aal_subscriptions");
        $next = gmdate('Y-m-d', time() + 30 * DAY_IN_SECONDS);
        $wpdb->insert("{$wpdb->prefix}aal_subscriptions", array('subscription_id' => $number, 'contact_id' => $contact, 'form_id' => $asked['form'], 'status' => 'Active', 'next_payment' => $next));
    }
    $operations = get_option('_accessally_custom_operations');
    foreach (json_decode($form['automation'], true)['operations'] as $operation) {
        $operation = $operations[$operation];
        $tags = $operation['tags'] ?? array(get_option($operation['offering'])['tags']['base']);
        foreach ($tags as $tag) {
            $wpdb->insert("{$wpdb->prefix}aal_user_tags", array('user_id' => $user, 'tag_id' => $tag));
        }
    }
    wp_mail($asked['email'], 'Welcome', 'Your access is open.');
}
