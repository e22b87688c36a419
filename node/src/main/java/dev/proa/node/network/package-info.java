/** The pod network of a node: a namespace, an address and a way out for each pod. */
@NullMarked
package dev.proa.node.network;

import org.jspecify.annotations.NullMarked;
