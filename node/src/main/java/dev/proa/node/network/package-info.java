/** The pod network of a node: a network namespace, an address and a route for each pod. */
@NullMarked
package dev.proa.node.network;

import org.jspecify.annotations.NullMarked;
