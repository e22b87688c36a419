package dev.proa.registry;

/** Addresses that only this machine reaches. */
final class Loopback {
    private Loopback() {}

    /** Whether an address, or the name {@code localhost}, is of the loopback interface. No name is looked up. */
    static boolean is(String host) {
        return host.equals("localhost")
                || host.equals("::1")
                || host.equals("[::1]")
                || host.equals("0:0:0:0:0:0:0:1")
                || host.matches("127(\\.[0-9]{1,3}){3}");
    }
}
