DROP INDEX "scores_time";--> statement-breakpoint
DROP INDEX "scores_user_time";--> statement-breakpoint
CREATE INDEX "scores_time" ON "scores" USING btree ("window_start","host_id","user_id","p");--> statement-breakpoint
CREATE INDEX "scores_user_time" ON "scores" USING btree ("user_id","window_start","host_id","p");