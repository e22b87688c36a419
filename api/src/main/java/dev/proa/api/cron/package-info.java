/** Schedules of CronJobs. */
@NullMarked
package dev.proa.api.cron;

import org.jspecify.annotations.NullMarked;
