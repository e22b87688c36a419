package dev.proa.delivery.analysis.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Expressions are written by users of a namespace, and evaluated in the process that is the cluster. */
@Timeout(60)
class BudgetTest {
    private static @Nullable Object evaluate(String expression) throws ExpressionException {
        return Expression.parse(expression, Set.of()).evaluate(Map.of(), () -> Instant.EPOCH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "len(0..9223372036854775807)",
                "len(-9223372036854775807..9223372036854775807)",
                "len(-5..9223372036854775807)",
                "let x = repeat('a', 90000); len(replace(x, 'a', x))",
                "let x = repeat('a', 90000); len(replace(x, '', x))",
                "let x = repeat('a,', 90000); len(join(split(x, ','), x))",
                "let x = repeat('a', 90000); len(string(map(1..90000, x)))",
                "let x = repeat('a', 90000); len(join(map(1..90000, x)))",
                "let x = repeat('a', 200000); count(1..200000, x contains repeat('b', 1))",
                "let x = repeat('a', 200000); let y = repeat('a', 99999) + 'b'; x contains y",
                "let x = repeat('a', 200000); indexOf(x, repeat('a', 99999) + 'b')",
                "let x = repeat('a', 200000); all(1..200000, not (x matches '(a|b)*c'))",
                "let a=[1,1];let b=[a,a];let c=[b,b];let d=[c,c];let e=[d,d];let f=[e,e];let g=[f,f];let h=[g,g];"
                        + "let i=[h,h];let j=[i,i];let k=[j,j];let l=[k,k];let m=[l,l];let n=[m,m];let o=[n,n];let p=[o,o];"
                        + "let q=[p,p];let r=[q,q];let s=[r,r];let t=[s,s];let u=[t,t];let v=[u,u];let w=[v,v];let x=[w,w];"
                        + "let y=[x,x];let z=[y,y];z == z",
            })
    void noExpressionTakesMoreThanItsShare(String expression) {
        assertThatThrownBy(() -> evaluate(expression))
                .isInstanceOf(ExpressionException.class)
                .hasMessageContaining("memory budget exceeded");
    }

    @Test
    void timesBeyondAllTimesAreErrors() {
        assertThatThrownBy(() -> evaluate("now() + duration('2000000h') * 9000000000000"))
                .isInstanceOf(ExpressionException.class);
    }

    @Test
    void usualExpressionsAreFarFromIt() throws ExpressionException {
        assertThat(evaluate(
                        "let x = repeat('ab', 100000); x contains 'ba' and x matches '^(ab)+$' and len(x) == 200000"))
                .isEqualTo(true);
        assertThat(evaluate("replace('a.b.c', '.', '::') + join(['x', 'y'], '-') + string([1, 'a'])"))
                .isEqualTo("a::b::cx-y[1 a]");
    }
}
