/** What users write beside their source: {@code proa.yaml}, {@code .env}, variables in texts; and failures of a delivery. */
@NullMarked
package dev.proa.delivery.config;

import org.jspecify.annotations.NullMarked;
