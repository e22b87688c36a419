/** A node's pod network, service proxy and DNS server, put together. */
@NullMarked
package dev.proa.node.services;

import org.jspecify.annotations.NullMarked;
