/** {@code KubeSchedulerConfiguration} of {@code kubescheduler.config.k8s.io/v1}: read strictly, with Kubernetes' defaults and errors. */
@NullMarked
package dev.proa.control.scheduler.configuration;

import org.jspecify.annotations.NullMarked;
