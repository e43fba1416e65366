<?php
/**
 * Plugin Name: AccessAlly (stand-in)
 * Description: Stand-in for tests: the real AccessAlly is closed and paid. It answers the few calls whose shapes public code shows, and does nothing else.
 * Version: 4.3.1
 */

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
