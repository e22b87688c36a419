/** Extenders of the scheduler: processes that are asked by HTTP, with the types of {@code k8s.io/kube-scheduler/extender/v1}. */
@NullMarked
package dev.proa.control.scheduler.extender;

import org.jspecify.annotations.NullMarked;
