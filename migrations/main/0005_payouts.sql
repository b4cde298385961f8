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
CREATE INDEX `payout_stuck` ON `payout` (`created_at`) WHERE status IN ('waiting', 'failed');--> statement-breakpoint
CREATE TABLE `payout_account` (
	`host_id` text PRIMARY KEY NOT NULL,
	`provider` text NOT NULL,
	`destination` text NOT NULL,
	`country` text,
	`created_at` integer NOT NULL
);
