/** Flow control: how many requests are served at a time, which wait, in which order, and which are refused (429). */
@NullMarked
package dev.proa.server.flowcontrol;

import org.jspecify.annotations.NullMarked;
