package dev.proa.node.stats;

import dev.proa.node.usage.ResourceUsage;
import java.time.Instant;

/** What a node used at a moment. */
public record NodeSample(Instant time, ResourceUsage usage) {}
