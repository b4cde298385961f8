CREATE TABLE `ledger_entry` (
	`property_id` text NOT NULL,
	`id` text NOT NULL,
	`epoch` integer NOT NULL,
	`host_id` text NOT NULL,
	`booking_id` text NOT NULL,
	`kind` text NOT NULL,
	`at` integer NOT NULL,
	`currency` text NOT NULL,
	`lines` text NOT NULL,
	PRIMARY KEY(`property_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `ledger_entry_by_host` ON `ledger_entry` (`host_id`,`at`);--> statement-breakpoint
CREATE TABLE `payment` (
	`id` text PRIMARY KEY NOT NULL,
	`property_id` text NOT NULL,
	`booking_id` text NOT NULL,
	`host_id` text NOT NULL,
	`guest_id` text NOT NULL,
	`status` text NOT NULL,
	`reference` text,
	`epoch` integer NOT NULL,
	`version` integer NOT NULL,
	`value` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `payment_by_guest` ON `payment` (`guest_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `payment_by_host` ON `payment` (`host_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `payment_by_reference` ON `payment` (`reference`);--> statement-breakpoint
CREATE INDEX `payment_by_property` ON `payment` (`property_id`);--> statement-breakpoint
CREATE TABLE `receipt` (
	`provider` text NOT NULL,
	`number` text NOT NULL,
	`payment_id` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`provider`, `number`)
);
--> statement-breakpoint
CREATE TABLE `unmatched_event` (
	`source` text NOT NULL,
	`event_id` text NOT NULL,
	`reason` text NOT NULL,
	`body` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`source`, `event_id`)
);
