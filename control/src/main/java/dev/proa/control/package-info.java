/**
 * The controllers: loops that compare the desired state of objects with the actual state and act on the difference. {@link
 * dev.proa.control.ControllerManager} runs all of them; each has a package of its own.
 *
 * <pre>
 *   API ──watch──► informers, shared ──keys──► queue of a controller ──► reconcile ──requests──► API
 * </pre>
 *
 * They are clients of the API as any other: they run in the server's JVM, in one of their own, or against another Kubernetes.
 */
@NullMarked
package dev.proa.control;

import org.jspecify.annotations.NullMarked;
