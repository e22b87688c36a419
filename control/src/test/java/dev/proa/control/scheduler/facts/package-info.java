/** Where kube-scheduler would place pods, as it said itself, and where Proa would. */
@NullMarked
package dev.proa.control.scheduler.facts;

import org.jspecify.annotations.NullMarked;
