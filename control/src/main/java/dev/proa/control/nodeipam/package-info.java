/** Node IPAM: assigns a range of pod addresses to each node. */
@NullMarked
package dev.proa.control.nodeipam;

import org.jspecify.annotations.NullMarked;
