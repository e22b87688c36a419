/** The program that starts Tomcat on a war in an image. It uses Tomcat and nothing else of this module. */
@NullMarked
package dev.proa.image.war;

import org.jspecify.annotations.NullMarked;
