package dev.proa.node.linux;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The supported processor architectures. */
public enum Architecture {
    X86_64,
    AARCH64;

    private static final @Nullable Architecture CURRENT = of(System.getProperty("os.arch", ""));

    /** The architecture of this machine. */
    public static Architecture current() {
        Architecture current = CURRENT;
        if (current == null) {
            throw new IllegalStateException("no Linux system calls are known for processor architecture "
                    + System.getProperty("os.arch")
                    + ": Proa's own runtime and pod network need x86_64 or aarch64");
        }
        return current;
    }

    /** Whether this is Linux on a known processor, so that the other classes of this package can be used. */
    public static boolean supported() {
        return CURRENT != null && System.getProperty("os.name", "").equals("Linux");
    }

    private static @Nullable Architecture of(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            default -> null;
        };
    }
}
