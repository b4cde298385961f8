CREATE TABLE `booking` (
	`id` text PRIMARY KEY NOT NULL,
	`property_id` text NOT NULL,
	`host_id` text NOT NULL,
	`guest_id` text NOT NULL,
	`status` text NOT NULL,
	`check_in` text NOT NULL,
	`check_out` text NOT NULL,
	`epoch` integer NOT NULL,
	`version` integer NOT NULL,
	`value` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `booking_by_guest` ON `booking` (`guest_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `booking_by_host` ON `booking` (`host_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `booking_by_host_status` ON `booking` (`host_id`,`status`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `booking_by_property` ON `booking` (`property_id`,`created_at`,`id`);