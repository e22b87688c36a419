/** YAML as a tree in the order in which it was written, with the place of each node, for messages about files of pipelines. */
@NullMarked
package dev.proa.delivery.pipeline.yaml;

import org.jspecify.annotations.NullMarked;
