<?php
/** Action Scheduler's functions over one option; `run.php` is its runner. */

function stand_in_actions(): array {
	return (array) get_option( 'stand_in_actions', array() );
}

function stand_in_keep( array $actions ): void {
	update_option( 'stand_in_actions', array_values( $actions ), false );
}

function as_schedule_single_action( int $at, string $hook, array $args = array(), string $group = '' ): int {
	return as_schedule_recurring_action( $at, 0, $hook, $args, $group );
}

function as_schedule_recurring_action( int $at, int $every, string $hook, array $args = array(), string $group = '' ): int {
	$actions   = stand_in_actions();
	$actions[] = compact( 'at', 'every', 'hook', 'args', 'group' );
	stand_in_keep( $actions );
	return count( $actions );
}

function as_next_scheduled_action( string $hook, ?array $args = null, string $group = '' ) {
	foreach ( stand_in_actions() as $action ) {
		if ( $hook === $action['hook'] && ( null === $args || $args === $action['args'] ) ) {
			return $action['at'];
		}
	}
	return false;
}

function as_unschedule_all_actions( string $hook, array $args = array(), string $group = '' ): void {
	stand_in_keep(
		array_filter(
			stand_in_actions(),
			static function ( array $action ) use ( $hook, $group ): bool {
				return ( '' !== $hook && $hook !== $action['hook'] ) || ( '' !== $group && $group !== $action['group'] );
			}
		)
	);
}

/** Does what is due within `$seconds` from now. */
function stand_in_run( int $seconds ): void {
	foreach ( stand_in_actions() as $action ) {
		if ( $action['at'] <= time() + $seconds ) {
			$left = array_filter(
				stand_in_actions(),
				static function ( array $other ) use ( $action ): bool {
					return $other !== $action;
				}
			);
			if ( $action['every'] ) {
				$left[] = array( 'at' => time() + $action['every'] ) + $action;
			}
			stand_in_keep( $left );
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
