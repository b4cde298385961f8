CREATE TABLE `discrepancy` (
	`id` text PRIMARY KEY NOT NULL,
	`provider` text NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`payment_id` text,
	`reference` text,
	`our_amount` integer,
	`our_currency` text,
	`their_amount` integer,
	`their_currency` text,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`resolved_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `discrepancy_by_subject` ON `discrepancy` (`provider`,`kind`,`subject`);--> statement-breakpoint
CREATE INDEX `discrepancy_by_age` ON `discrepancy` (`first_seen_at`,`id`);--> statement-breakpoint
CREATE INDEX `discrepancy_unresolved` ON `discrepancy` (`last_seen_at`) WHERE resolved_at IS NULL;--> statement-breakpoint
CREATE TABLE `parked_effect` (
	`id` text PRIMARY KEY NOT NULL,
	`property_id` text NOT NULL,
	`epoch` integer NOT NULL,
	`version` integer NOT NULL,
	`is_parked` integer NOT NULL,
	`value` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `parked_effect_in_order` ON `parked_effect` (`created_at`,`id`) WHERE "parked_effect"."is_parked" = 1;--> statement-breakpoint
CREATE INDEX `parked_effect_by_property` ON `parked_effect` (`property_id`);--> statement-breakpoint
CREATE TABLE `payout` (
	`id` text PRIMARY KEY NOT NULL,
	`property_id` text NOT NULL,
	`booking_id` text NOT NULL,
	`host_id` text NOT NULL,
	`status` text NOT NULL,
	`epoch` integer NOT NULL,
	`version` integer NOT NULL,
	`value` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `payout_by_host` ON `payout` (`host_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `payout_by_property` ON `payout` (`property_id`);--> statement-breakpoint
CREATE INDEX `payout_by_booking` ON `payout` (`booking_id`);--> statement-breakpoint
CREATE INDEX `payout_stuck` ON `payout` (`created_at`) WHERE status IN ('waiting', 'failed');--> statement-breakpoint
CREATE TABLE `payout_account` (
	`host_id` text PRIMARY KEY NOT NULL,
	`provider` text NOT NULL,
	`destination` text NOT NULL,
	`country` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `ledger_entry_by_time` ON `ledger_entry` (`at`);--> statement-breakpoint
CREATE INDEX `payment_by_booking` ON `payment` (`booking_id`);--> statement-breakpoint
CREATE INDEX `payment_by_time` ON `payment` (`created_at`);--> statement-breakpoint
CREATE INDEX `unmatched_event_by_time` ON `unmatched_event` (`at`);