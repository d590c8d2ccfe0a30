//! The encoder of Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers" (2019), as far as
//! all-MiniLM-L6-v2 uses it: inference only, one sentence per text, mean pooling at the end.
//!
//! Shapes in comments: `b` texts, `s` tokens with padding, `h` heads, `d` numbers per head, `n = h * d` numbers per
//! token.

use candle_core::{Module, Result, Tensor};
use candle_nn::{
    Embedding, LayerNorm, Linear, VarBuilder, embedding, layer_norm, ops::softmax_last_dim,
};
use serde::Deserialize;

/// Added to the attention scores of padding: its weight after the softmax is exactly zero.
const MASKED: f64 = -1e9;

/// The part of `config.json` that decides what the network computes. Counts of numbers, layers and tokens.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Config {
    pub(super) hidden_size: u16,
    num_hidden_layers: usize,
    num_attention_heads: u16,
    intermediate_size: usize,
    vocab_size: usize,
    max_position_embeddings: usize,
    type_vocab_size: usize,
    layer_norm_eps: f64,
    hidden_act: Activation,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Activation {
    Gelu,
}

impl Config {
    pub(super) const ALL_MINILM_L6_V2: Self = Self {
        hidden_size: 384,
        num_hidden_layers: 6,
        num_attention_heads: 12,
        intermediate_size: 1536,
        vocab_size: 30_522,
        max_position_embeddings: 512,
        type_vocab_size: 2,
        layer_norm_eps: 1e-12,
        hidden_act: Activation::Gelu,
    };

    fn width(&self) -> usize {
        self.hidden_size.into()
    }
}

#[derive(Debug)]
pub(super) struct Bert {
    words: Embedding,
    positions: Tensor,
    first_sentence: Tensor,
    norm: LayerNorm,
    layers: Vec<Layer>,
}

impl Bert {
    /// Reads the weights; names and shapes must be those of `config`.
    pub(super) fn load(config: &Config, weights: &VarBuilder<'_>) -> Result<Self> {
        let n = config.width();
        let inputs = weights.pp("embeddings");
        let positions = (config.max_position_embeddings, n);
        let sentences = inputs.get((config.type_vocab_size, n), "token_type_embeddings.weight")?;
        let layers = weights.pp("encoder.layer");
        Ok(Self {
            words: embedding(config.vocab_size, n, inputs.pp("word_embeddings"))?,
            positions: inputs.get(positions, "position_embeddings.weight")?,
            first_sentence: sentences.narrow(0, 0, 1)?,
            norm: layer_norm(n, config.layer_norm_eps, inputs.pp("LayerNorm"))?,
            layers: (0..config.num_hidden_layers)
                .map(|index| Layer::load(config, &layers.pp(index)))
                .collect::<Result<_>>()?,
        })
    }

    /// The mean of each text's token vectors: `(b, n)`. `tokens` is `(b, s)`; `mask`, `(b, s)`, is 1 for a token and 0
    /// for padding.
    pub(super) fn forward(&self, tokens: &Tensor, mask: &Tensor) -> Result<Tensor> {
        let positions = self.positions.narrow(0, 0, tokens.dim(1)?)?;
        let places = positions.broadcast_add(&self.first_sentence)?;
        let mut states = self.words.forward(tokens)?.broadcast_add(&places)?;
        states = self.norm.forward(&states)?;

        let bias = mask.affine(-MASKED, MASKED)?.unsqueeze(1)?.unsqueeze(1)?; // (b, 1, 1, s)
        for layer in &self.layers {
            states = layer.forward(&states, &bias)?;
        }

        let sum = states.broadcast_mul(&mask.unsqueeze(2)?)?.sum(1)?;
        sum.broadcast_div(&mask.sum_keepdim(1)?)
    }
}

#[derive(Debug)]
struct Layer {
    heads: usize,
    /// Square root of `d`.
    scale: f64,
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
    attended_norm: LayerNorm,
    widen: Linear,
    narrow: Linear,
    norm: LayerNorm,
}

impl Layer {
    fn load(config: &Config, weights: &VarBuilder<'_>) -> Result<Self> {
        let (n, wide, eps) = (
            config.width(),
            config.intermediate_size,
            config.layer_norm_eps,
        );
        let attention = weights.pp("attention.self");
        Ok(Self {
            heads: config.num_attention_heads.into(),
            scale: f64::from(config.hidden_size / config.num_attention_heads).sqrt(),
            query: dense(n, n, &attention.pp("query"))?,
            key: dense(n, n, &attention.pp("key"))?,
            value: dense(n, n, &attention.pp("value"))?,
            attended: dense(n, n, &weights.pp("attention.output.dense"))?,
            attended_norm: layer_norm(n, eps, weights.pp("attention.output.LayerNorm"))?,
            widen: dense(n, wide, &weights.pp("intermediate.dense"))?,
            narrow: dense(wide, n, &weights.pp("output.dense"))?,
            norm: layer_norm(n, eps, weights.pp("output.LayerNorm"))?,
        })
    }

    /// `(b, s, n)` to `(b, s, n)`.
    fn forward(&self, states: &Tensor, bias: &Tensor) -> Result<Tensor> {
        let attended = self.attended.forward(&self.attend(states, bias)?)?;
        let states = self.attended_norm.forward(&(attended + states)?)?;
        let wide = self.widen.forward(&states)?.gelu_erf()?;
        self.norm.forward(&(self.narrow.forward(&wide)? + states)?)
    }

    /// Scaled dot-product attention over all heads.
    fn attend(&self, states: &Tensor, bias: &Tensor) -> Result<Tensor> {
        let query = self.split(&self.query.forward(states)?)?;
        let key = self.split(&self.key.forward(states)?)?;
        let value = self.split(&self.value.forward(states)?)?;

        let scores = (query.matmul(&key.t()?)? / self.scale)?.broadcast_add(bias)?; // (b, h, s, s)
        let mixed = softmax_last_dim(&scores)?.matmul(&value)?; // (b, h, s, d)
        mixed.transpose(1, 2)?.contiguous()?.flatten_from(2)
    }

    /// `(b, s, n)` to `(b, h, s, d)`.
    fn split(&self, states: &Tensor) -> Result<Tensor> {
        let (b, s, n) = states.dims3()?;
        states
            .reshape((b, s, self.heads, n / self.heads))?
            .transpose(1, 2)?
            .contiguous()
    }
}

/// A linear layer. Its weights lie in memory as the product reads them, which saves rearranging them for every batch.
fn dense(from: usize, to: usize, weights: &VarBuilder<'_>) -> Result<Linear> {
    let weight = weights.get((to, from), "weight")?;
    let weight = weight.t()?.contiguous()?.t()?;
    Ok(Linear::new(weight, Some(weights.get(to, "bias")?)))
}
