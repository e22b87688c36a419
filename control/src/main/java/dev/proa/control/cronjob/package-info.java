/** Creates Jobs by the schedules of CronJobs. */
@NullMarked
package dev.proa.control.cronjob;

import org.jspecify.annotations.NullMarked;
