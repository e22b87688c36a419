package dev.proa.node.kubelet.volume.plugin;

/** File modes of volumes. */
final class Modes {
    private static final int DEFAULT = 0644;

    private Modes() {}

    /** A volume's {@code defaultMode}; 0644 when it has none. */
    static int of(boolean given, int mode) {
        return given ? mode : DEFAULT;
    }
}
