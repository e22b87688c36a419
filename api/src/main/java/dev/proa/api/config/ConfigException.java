package dev.proa.api.config;

/** A file of configuration cannot be used. The message says why, and has no secrets in it. */
public final class ConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public ConfigException(String message) {
        super(message);
    }

    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
