/** Assembles a node's pod network, service proxy and DNS server. */
@NullMarked
package dev.proa.node.services;

import org.jspecify.annotations.NullMarked;
