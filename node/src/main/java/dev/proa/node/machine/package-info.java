/**
 * What the clusters of one machine share, and what keeps them apart: each has a number, by it addresses that no other cluster has, and a
 * network namespace whose one link to the machine has rules of its own. A cluster's nodes have a namespace each behind that one.
 */
@NullMarked
package dev.proa.node.machine;

import org.jspecify.annotations.NullMarked;
