<?php
/**
 * Plugin Name: AccessAlly (stand-in)
 * Description: Stand-in for tests: the real AccessAlly is closed and paid. It answers the few calls whose shapes public code shows; its screens are invented.
 * Version: 4.3.1
 */

/**
 * Names that are invented, as those of the real plugin are not known: `up --bloom` stores under them what `plans/` holds. They stand here
 * as a plugin's own names stand in its code, so that an inventory can show them.
 */
class AccessAllyStandInNames
{
    const OPTIONS = array(
        '_accessally_setting_emails', 'checked-enabled', 'select-welcome', '_accessally_setting_developer', 'checked-production', 'production-url',
        '_accessally_setting_migration', 'checked-maintenance', 'label', 'status', 'checked-managed', '_accessally_custom_operations', 'type', 'offering',
        '_accessally_order_form_', 'price', 'currency', 'gateway', 'checked-recurring', 'automation', 'select-final-retry', 'operations',
        'modules', 'select-release', 'release-days', 'tag', 'tags', 'base', 'instant', 'revoke', 'name', 'system',
    );
    const META = array('aal_contact_id', 'aal_affiliate', 'aal_is_contact', '_accessally_optin_operations', '_accessally_optin_number', 'accessally_optin');
    const TABLES = array(
        'aal_tag_names', 'tag_id', 'tag_name', 'aal_webhook_log', 'command', 'target', 'last_called', 'calls', 'aal_user_tags', 'user_id',
        'aal_orders', 'order_id', 'contact_id', 'form_id', 'amount', 'order_date', 'transaction_id', 'aal_subscriptions', 'subscription_id', 'next_payment',
    );
}

class AccessAllySettingSetup
{
    public static function get_api_settings()
    {
        return get_option('_accessally_setting_api', array());
    }
}

class AccessAllyMembershipUtilities
{
    public static function get_all_tags()
    {
        return array(
            array('Id' => '12', 'TagName' => 'Group_Coaching_Base'),
            array('Id' => '13', 'TagName' => 'Group_Coaching_Revoke'),
        );
    }
}

class AccessAllyAPI
{
    public static function get_all_tags()
    {
        return AccessAllyMembershipUtilities::get_all_tags();
    }

    public static function get_all_custom_operations()
    {
        return array('operations' => array('7' => array('name' => 'Release Group Coaching')));
    }

    public static function get_crm_contact_id($user)
    {
        return get_user_meta($user->ID, 'contact_id', true);
    }
}

require __DIR__ . '/screens.php';
