/** The web server in images of static sites. It uses the JDK and nothing else of this module. */
@NullMarked
package dev.proa.image.server;

import org.jspecify.annotations.NullMarked;
