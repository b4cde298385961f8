CREATE TABLE `saved_search` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	`query` text NOT NULL,
	`seen` text NOT NULL,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	`look_at` integer,
	`told_at` integer
);
--> statement-breakpoint
CREATE INDEX `saved_search_by_account` ON `saved_search` (`account_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `saved_search_due` ON `saved_search` (`look_at`,`account_id`) WHERE look_at IS NOT NULL;