CREATE TABLE `co_host` (
	`property_id` text NOT NULL,
	`account_id` text NOT NULL,
	`access` text NOT NULL,
	PRIMARY KEY(`property_id`, `account_id`)
);
--> statement-breakpoint
CREATE INDEX `co_host_by_account` ON `co_host` (`account_id`,`property_id`);--> statement-breakpoint
CREATE TABLE `favourite` (
	`account_id` text NOT NULL,
	`property_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`account_id`, `property_id`)
);
--> statement-breakpoint
CREATE INDEX `favourite_in_order` ON `favourite` (`account_id`,`created_at`,`property_id`);--> statement-breakpoint
CREATE TABLE `feed` (
	`id` text PRIMARY KEY NOT NULL,
	`property_id` text NOT NULL,
	`name` text NOT NULL,
	`url` text NOT NULL,
	`url_digest` text NOT NULL,
	`etag` text,
	`problem` text,
	`failures` integer DEFAULT 0 NOT NULL,
	`block_count` integer DEFAULT 0 NOT NULL,
	`conflicts` text DEFAULT '[]' NOT NULL,
	`asked_at` integer NOT NULL,
	`synced_at` integer,
	`next_sync_at` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `feed_by_property` ON `feed` (`property_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `feed_by_url` ON `feed` (`property_id`,`url_digest`);--> statement-breakpoint
CREATE INDEX `feed_due` ON `feed` (`next_sync_at`);--> statement-breakpoint
CREATE TABLE `listing` (
	`property_id` text PRIMARY KEY NOT NULL,
	`epoch` integer NOT NULL,
	`version` integer NOT NULL,
	`status` text NOT NULL,
	`currency` text,
	`nightly` integer,
	`booking_mode` text NOT NULL,
	`cancellation_policy` text NOT NULL,
	`content_version` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `property` (
	`id` text PRIMARY KEY NOT NULL,
	`host_id` text NOT NULL,
	`title` text NOT NULL,
	`description` text NOT NULL,
	`type` text,
	`address` text,
	`lat` real,
	`lng` real,
	`time_zone` text NOT NULL,
	`guests` integer NOT NULL,
	`bedrooms` integer NOT NULL,
	`beds` integer NOT NULL,
	`bathrooms` real NOT NULL,
	`amenities` text DEFAULT '[]' NOT NULL,
	`house_rules` text NOT NULL,
	`access_instructions` text NOT NULL,
	`registration_number` text,
	`rating_sum` integer DEFAULT 0 NOT NULL,
	`rating_count` integer DEFAULT 0 NOT NULL,
	`rating_categories` text DEFAULT '{}' NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `property_by_host` ON `property` (`host_id`,`id`);--> statement-breakpoint
CREATE TABLE `property_image` (
	`id` text PRIMARY KEY NOT NULL,
	`property_id` text NOT NULL,
	`hash` text NOT NULL,
	`content_type` text NOT NULL,
	`width` integer NOT NULL,
	`height` integer NOT NULL,
	`caption` text DEFAULT '' NOT NULL,
	`alt` text DEFAULT '' NOT NULL,
	`position` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `property_image_in_order` ON `property_image` (`property_id`,`position`);--> statement-breakpoint
CREATE INDEX `property_image_by_hash` ON `property_image` (`hash`);--> statement-breakpoint
CREATE TABLE `sweep` (
	`name` text PRIMARY KEY NOT NULL,
	`cursor` text NOT NULL
);
