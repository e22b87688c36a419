/** The controllers of PersistentVolumes and their claims, and what they share with the scheduler: which volume suits which claim. */
@NullMarked
package dev.proa.control.volume;

import org.jspecify.annotations.NullMarked;
