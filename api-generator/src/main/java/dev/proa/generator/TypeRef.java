package dev.proa.generator;

/** The type of a field. */
sealed interface TypeRef {
    /** Types without fields. */
    enum Scalar implements TypeRef {
        STRING("s"),
        INT32("i"),
        INT64("l"),
        DOUBLE("d"),
        BOOL("b"),
        BYTES("y"),
        TIME("t"),
        MICRO_TIME("m"),
        QUANTITY("q"),
        INT_OR_STRING("x"),
        /** Any JSON value: embedded objects, JSON schemas' values, sets of managed fields. */
        ANY("a");

        private final String code;

        Scalar(String code) {
            this.code = code;
        }

        @Override
        public String code() {
            return code;
        }
    }

    /** A type of the schema by its full name. */
    record Ref(String name) implements TypeRef {
        @Override
        public String code() {
            return name;
        }
    }

    record ListOf(TypeRef item) implements TypeRef {
        @Override
        public String code() {
            return "[" + item.code();
        }
    }

    record MapOf(TypeRef item) implements TypeRef {
        @Override
        public String code() {
            return "{" + item.code();
        }
    }

    /** The form of it in the schema resource: a letter or a type's name, after {@code [} for a list of it and <code>{</code> for a map. */
    String code();
}
