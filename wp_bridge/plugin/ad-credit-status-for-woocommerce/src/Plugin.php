<?php
/**
 * The plugin's objects, each built once.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Builds and holds the plugin's objects.
 *
 * @since 1.0.0
 */
final class Plugin {

	/**
	 * The stored connection.
	 *
	 * @since 1.1.0
	 * @var Connection
	 */
	public Connection $connection;

	/**
	 * WooCommerce's log.
	 *
	 * @since 1.1.0
	 * @var Log
	 */
	public Log $log;

	/**
	 * The stored status documents.
	 *
	 * @since 1.1.0
	 * @var StatusCache
	 */
	public StatusCache $cache;

	/**
	 * Schedules background work.
	 *
	 * @since 1.1.0
	 * @var Schedule
	 */
	public Schedule $schedule;

	/**
	 * Calls the service.
	 *
	 * @since 1.1.0
	 * @var ServiceClient
	 */
	public ServiceClient $client;

	/**
	 * Formats amounts, dates and times.
	 *
	 * @since 1.1.0
	 * @var Formatter
	 */
	public Formatter $format;

	/**
	 * Turns codes into sentences.
	 *
	 * @since 1.1.0
	 * @var Messages
	 */
	public Messages $messages;

	/**
	 * Reads the troubles from a document.
	 *
	 * @since 1.1.0
	 * @var Troubles
	 */
	public Troubles $troubles;

	/**
	 * Reads the progress from a document.
	 *
	 * @since 1.1.0
	 * @var Progress
	 */
	public Progress $progress;

	/**
	 * Reads the offer from a document.
	 *
	 * @since 1.1.0
	 * @var Offer
	 */
	public Offer $offer;

	/**
	 * Chooses the key figure of the page.
	 *
	 * @since 1.1.0
	 * @var KeyFigure
	 */
	public KeyFigure $key_figure;

	/**
	 * Computes the spend chart.
	 *
	 * @since 1.1.0
	 * @var SpendChart
	 */
	public SpendChart $chart;

	/**
	 * Builds the text for support.
	 *
	 * @since 1.1.0
	 * @var SupportText
	 */
	public SupportText $support;

	/**
	 * Estimates what a daily budget leads to.
	 *
	 * @since 1.1.0
	 * @var WhatIf
	 */
	public WhatIf $what_if;

	/**
	 * The service's notices in WooCommerce's inbox.
	 *
	 * @since 1.1.0
	 * @var ServiceNotices
	 */
	public ServiceNotices $notices;

	/**
	 * Manages notices by e-mail.
	 *
	 * @since 1.1.0
	 * @var MailNotices
	 */
	public MailNotices $mail;

	/**
	 * Chooses the page's main button.
	 *
	 * @since 1.1.0
	 * @var NextStep
	 */
	public NextStep $next_step;

	/**
	 * The note in WooCommerce's inbox.
	 *
	 * @since 1.1.0
	 * @var AdminNotice
	 */
	public AdminNotice $notice;

	/**
	 * Fetches the status document.
	 *
	 * @since 1.1.0
	 * @var Refresher
	 */
	public Refresher $refresher;

	/**
	 * Sends review requests.
	 *
	 * @since 1.1.0
	 * @var ReviewRequest
	 */
	public ReviewRequest $review;

	/**
	 * Identifies this installation.
	 *
	 * @since 1.1.0
	 * @var Installation
	 */
	public Installation $installation;

	/**
	 * Reads the state of TikTok's integration.
	 *
	 * @since 1.1.0
	 * @var Integration
	 */
	public Integration $integration;

	/**
	 * Sends signals.
	 *
	 * @since 1.1.0
	 * @var Signals
	 */
	public Signals $signals;

	/**
	 * Watches TikTok's integration.
	 *
	 * @since 1.1.0
	 * @var IntegrationMonitor
	 */
	public IntegrationMonitor $monitor;

	/**
	 * Builds the state signal.
	 *
	 * @since 1.1.0
	 * @var StateSignal
	 */
	public StateSignal $state_signal;

	/**
	 * The service's webhooks.
	 *
	 * @since 1.1.0
	 * @var Webhooks
	 */
	public Webhooks $webhooks;

	/**
	 * The service's REST keys.
	 *
	 * @since 1.1.0
	 * @var ApiKeys
	 */
	public ApiKeys $keys;

	/**
	 * Monitors deliveries to the service.
	 *
	 * @since 1.1.0
	 * @var DeliveryMonitor
	 */
	public DeliveryMonitor $deliveries;

	/**
	 * Connects and disconnects the store.
	 *
	 * @since 1.1.0
	 * @var Connector
	 */
	public Connector $connector;

	/**
	 * Starts and stops background work.
	 *
	 * @since 1.1.0
	 * @var Lifecycle
	 */
	public Lifecycle $lifecycle;

	/**
	 * Renders templates.
	 *
	 * @since 1.1.0
	 * @var Template
	 */
	public Template $template;

	/**
	 * The message that the next page view shows.
	 *
	 * @since 1.1.0
	 * @var FlashMessage
	 */
	public FlashMessage $flash;

	/**
	 * The page under Marketing.
	 *
	 * @since 1.1.0
	 * @var Page
	 */
	public Page $page;

	/**
	 * Registers the plugin's hooks.
	 *
	 * @since 1.1.0
	 * @var Hooks
	 */
	public Hooks $hooks;

	/**
	 * Build the objects.
	 *
	 * @since 1.1.0
	 */
	public function __construct() {
		$this->connection = new Connection();
		$this->log        = new Log();
		$this->cache      = new StatusCache();
		$this->schedule   = new Schedule();
		$this->client     = new ServiceClient( $this->connection, $this->log );
		$this->build_reports();
		$this->build_page();
		$this->hooks = new Hooks( $this );
	}

	/**
	 * Build the objects that watch, report and connect.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	private function build_reports(): void {
		$this->troubles     = new Troubles();
		$this->progress     = new Progress( $this->troubles );
		$this->notice       = new AdminNotice( $this->cache, $this->progress );
		$this->notices      = new ServiceNotices( $this->cache );
		$this->installation = new Installation();
		$this->integration  = new Integration();
		$this->signals      = new Signals( $this->installation, $this->connection );
		$this->monitor      = new IntegrationMonitor( $this->integration, new LinkConfirmation(), new IntegrationDiff(), $this->schedule, $this->signals );
		$this->state_signal = new StateSignal( $this->signals, $this->monitor, $this->connection, $this->cache );
		$this->webhooks     = new Webhooks( $this->connection );
		$this->keys         = new ApiKeys( new Tables() );
		$this->deliveries   = new DeliveryMonitor( $this->webhooks, $this->connection, $this->schedule, $this->log );
		$this->connector    = new Connector( $this->connection, $this->client, $this->cache, $this->schedule, $this->webhooks, $this->keys, $this->notice, $this->notices, $this->deliveries );
		$this->lifecycle    = new Lifecycle( $this->schedule, $this->monitor, $this->state_signal, $this->connector );
	}

	/**
	 * Build the objects behind the merchant's page.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	private function build_page(): void {
		$this->format     = new Formatter();
		$this->messages   = new Messages();
		$this->offer      = new Offer();
		$this->key_figure = new KeyFigure( $this->format, $this->offer, $this->troubles );
		$this->chart      = new SpendChart();
		$this->support    = new SupportText( $this->installation, $this->connection );
		$this->what_if    = new WhatIf( $this->connection, $this->client, $this->messages );
		$this->next_step  = new NextStep( $this->progress );
		$this->refresher  = new Refresher( $this->connection, $this->client, $this->cache, $this->schedule, $this->notice, $this->notices );
		$this->review     = new ReviewRequest( $this->connection, $this->client, $this->refresher );
		$this->mail       = new MailNotices( $this->connection, $this->client, $this->refresher );
		$this->template   = new Template( $this->format, $this->messages, $this->progress, $this->troubles );
		$this->flash      = new FlashMessage();
		$this->page       = new Page( $this );
	}
}
