/**
 * Devices of vendors for containers, by the Container Device Interface (CDI 1.1): files in {@code /etc/cdi} and {@code /var/run/cdi} say what a
 * container needs to use a device.
 */
@NullMarked
package dev.proa.node.sandbox.cdi;

import org.jspecify.annotations.NullMarked;
