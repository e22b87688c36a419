/** The controllers of FlowSchemas and PriorityLevelConfigurations, which are part of an API server. */
@NullMarked
package dev.proa.embedded.flowcontrol;

import org.jspecify.annotations.NullMarked;
