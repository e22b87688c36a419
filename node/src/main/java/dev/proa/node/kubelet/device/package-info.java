/**
 * The kubelet's part of Dynamic Resource Allocation (KEP-4381): drivers register as plugins of type {@code DRAPlugin}, {@link
 * dev.proa.node.kubelet.device.DynamicResources} has them prepare the devices of ResourceClaims before a pod starts and unprepare them after it has
 * ended, and gives containers the names by which their runtime finds these devices.
 */
@NullMarked
package dev.proa.node.kubelet.device;

import org.jspecify.annotations.NullMarked;
