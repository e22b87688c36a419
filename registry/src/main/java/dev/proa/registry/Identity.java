package dev.proa.registry;

/** Who makes a request, as {@link RegistryAccess} has found out. */
public interface Identity {
    /** The name, under which limits are counted. */
    String name();

    /** Whether the request proved no identity. */
    default boolean isAnonymous() {
        return false;
    }
}
