/** How a pretrained Transformer is built, as its config.json says. */
export interface Architecture {
  kind: 'gpt2' | 'bert' | 'distilbert';
  /** C, of each token's vector. */
  width: number;
  layers: number;
  /** H; divides the width. */
  heads: number;
  /** Numbers between the two maps of a feed-forward layer. */
  hidden: number;
  /** P: tokens of the longest text, each place with a learned vector of its own. */
  positions: number;
  /** Tokens that there are. */
  vocabulary: number;
  /** Kinds of tokens (first and second text); 0: the model does not tell them apart. */
  tokenTypes: number;
  /** Of layer normalisation. */
  epsilon: number;
  /** `gelu`: by the error function; `gelu_new`: by tanh, as in GPT-2. */
  activation: 'gelu' | 'gelu_new' | 'relu';
}
