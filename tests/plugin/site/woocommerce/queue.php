<?php
/** Action Scheduler over one option: what was done or cancelled stays, as there. `stand_in_run` is its runner. */

/** Those that wait. */
function stand_in_actions(): array {
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

	public function all(): array {
		return (array) get_option( 'stand_in_actions', array() );
	}

	public function keep( array $actions ): void {
		update_option( 'stand_in_actions', $actions, false );
	}

	public function mark( int $id, string $status ): void {
		$actions                  = $this->all();
		$actions[ $id ]['status'] = $status;
		$this->keep( $actions );
	}

	public function add( array $action ): int {
		$actions   = $this->all();
		$id        = 1 + max( array_merge( array( 0 ), array_keys( $actions ) ) );
		$actions[] = array( 'id' => $id, 'status' => 'pending' ) + $action;
		$this->keep( array_column( $actions, null, 'id' ) );
		return $id;
	}

	/** At most five, unless it is told otherwise. */
	public function query_actions( array $query ): array {
		$found = array();
		foreach ( $this->all() as $id => $action ) {
			if ( $query['group'] === $action['group'] ) {
				$found[] = (string) $id;
			}
		}
		$most = $query['per_page'] ?? 5;
		return $most > 0 ? array_slice( $found, 0, $most ) : $found;
	}

	public function delete_action( $id ): void {
		$this->keep( array_diff_key( $this->all(), array( $id => true ) ) );
	}
}

function as_schedule_single_action( int $at, string $hook, array $args = array(), string $group = '' ): int {
	return as_schedule_recurring_action( $at, 0, $hook, $args, $group );
}

function as_schedule_recurring_action( int $at, int $every, string $hook, array $args = array(), string $group = '' ): int {
	return ActionScheduler_Store::instance()->add( compact( 'at', 'every', 'hook', 'args', 'group' ) );
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
	foreach ( stand_in_actions() as $action ) {
		if ( ( '' === $hook || $hook === $action['hook'] ) && ( '' === $group || $group === $action['group'] ) ) {
			ActionScheduler_Store::instance()->mark( $action['id'], 'canceled' );
		}
	}
}

/** Does what is due within `$seconds` from now. */
function stand_in_run( int $seconds ): void {
	foreach ( stand_in_actions() as $action ) {
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
