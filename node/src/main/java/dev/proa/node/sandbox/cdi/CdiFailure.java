package dev.proa.node.sandbox.cdi;

/** A file of the Container Device Interface is wrong, or asks for what this runtime cannot do. */
final class CdiFailure extends Exception {
    private static final long serialVersionUID = 1;

    CdiFailure(String message) {
        super(message);
    }
}
