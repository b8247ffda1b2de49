<?php
/** Action Scheduler on its own tables, in which completed and cancelled actions stay, as there. */

/** Returns the pending actions. */
function stand_in_pending_actions(): array {
	return array_values(
		array_filter(
			ActionScheduler_Store::instance()->all(),
			static function ( array $action ): bool {
				return 'pending' === $action['status'];
			}
		)
	);
}

final class ActionScheduler_Store {

	public static function instance(): self {
		return new self();
	}

	public static function install(): void {
		global $wpdb;
		$wpdb->query( "CREATE TABLE IF NOT EXISTS {$wpdb->prefix}actionscheduler_actions (action_id bigint AUTO_INCREMENT PRIMARY KEY, hook varchar(191), status varchar(20), args text, at bigint, every int, group_id bigint)" );
		$wpdb->query( "CREATE TABLE IF NOT EXISTS {$wpdb->prefix}actionscheduler_groups (group_id bigint AUTO_INCREMENT PRIMARY KEY, slug varchar(255))" );
		$wpdb->query( "CREATE TABLE IF NOT EXISTS {$wpdb->prefix}actionscheduler_logs (log_id bigint AUTO_INCREMENT PRIMARY KEY, action_id bigint, message text)" );
	}

	public function all(): array {
		global $wpdb;
		self::install();
		$rows = $wpdb->get_results( "SELECT a.*, g.slug AS `group` FROM {$wpdb->prefix}actionscheduler_actions a LEFT JOIN {$wpdb->prefix}actionscheduler_groups g USING (group_id) ORDER BY action_id", ARRAY_A );
		return array_map(
			static function ( array $row ): array {
				$numbers = array( 'id' => (int) $row['action_id'], 'at' => (int) $row['at'], 'every' => (int) $row['every'] );
				return array( 'args' => json_decode( $row['args'], true ) ) + $numbers + $row;
			},
			$rows
		);
	}

	public function mark( int $id, string $status ): void {
		global $wpdb;
		$wpdb->update( "{$wpdb->prefix}actionscheduler_actions", array( 'status' => $status ), array( 'action_id' => $id ) );
	}

	public function add( array $action ): int {
		global $wpdb;
		self::install();
		$group = $wpdb->get_var( $wpdb->prepare( "SELECT group_id FROM {$wpdb->prefix}actionscheduler_groups WHERE slug = %s", $action['group'] ) );
		if ( ! $group ) {
			$wpdb->insert( "{$wpdb->prefix}actionscheduler_groups", array( 'slug' => $action['group'] ) );
			$group = $wpdb->insert_id;
		}
		$row = array( 'hook' => $action['hook'], 'status' => 'pending', 'args' => wp_json_encode( $action['args'] ), 'at' => $action['at'], 'every' => $action['every'], 'group_id' => $group );
		$wpdb->insert( "{$wpdb->prefix}actionscheduler_actions", $row );
		$id = (int) $wpdb->insert_id;
		$wpdb->insert( "{$wpdb->prefix}actionscheduler_logs", array( 'action_id' => $id, 'message' => 'action created' ) );
		return $id;
	}
}

function as_schedule_single_action( int $at, string $hook, array $args = array(), string $group = '' ): int {
	return as_schedule_recurring_action( $at, 0, $hook, $args, $group );
}

function as_schedule_recurring_action( int $at, int $every, string $hook, array $args = array(), string $group = '' ): int {
	return ActionScheduler_Store::instance()->add( compact( 'at', 'every', 'hook', 'args', 'group' ) );
}

function as_next_scheduled_action( string $hook, ?array $args = null, string $group = '' ) {
	foreach ( stand_in_pending_actions() as $action ) {
		if ( $hook === $action['hook'] && ( null === $args || $args === $action['args'] ) ) {
			return $action['at'];
		}
	}
	return false;
}

function as_unschedule_all_actions( string $hook, array $args = array(), string $group = '' ): void {
	foreach ( stand_in_pending_actions() as $action ) {
		if ( ( '' === $hook || $hook === $action['hook'] ) && ( '' === $group || $group === $action['group'] ) ) {
			ActionScheduler_Store::instance()->mark( $action['id'], 'canceled' );
		}
	}
}

/** Runs the actions that are due within `$seconds` from now. */
function stand_in_run_actions( int $seconds ): void {
	foreach ( stand_in_pending_actions() as $action ) {
		if ( $action['at'] <= time() + $seconds ) {
			ActionScheduler_Store::instance()->mark( $action['id'], 'complete' );
			if ( $action['every'] ) {
				as_schedule_recurring_action( time() + $action['every'], $action['every'], $action['hook'], $action['args'], $action['group'] );
			}
			do_action_ref_array( $action['hook'], $action['args'] );
		}
	}
}

add_action(
	'init',
	static function (): void {
		do_action( 'action_scheduler_init' );
	},
	1
);
