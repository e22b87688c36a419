/**
 * The networks of several clusters on one machine: each cluster has a number, from which its addresses follow, and a
 * network namespace with a single link to the machine, which has its own packet rules. Behind it, each node of the
 * cluster has a namespace.
 */
@NullMarked
package dev.proa.node.machine;

import org.jspecify.annotations.NullMarked;
