package com.example.stock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class StockControllerTest {
    @Test
    void keepsWhatIsPut() {
        StockController stock = new StockController("Kiel");
        stock.put("sail", 3);
        assertThat(stock.all()).isEqualTo(Map.of("warehouse", "Kiel", "stock", Map.of("sail", 3)));
    }
}
