"""
The same training step in PyTorch: forward, PPO loss, backward, clipped Adam. Prints one JSON object:
{"msPerStep", "threads", "version"}.

A Transformer as nanoGPT writes it (one projection for query, key and value, `softmax(QK^T / sqrt(D) + mask) V`, GELU in
its tanh form), with rotary positions as in agents/model/attention.ts.

Usage: python3 trainStep.py WIDTH HEADS LAYERS SEQUENCES STEPS FEED_FORWARD THREADS SECONDS
"""
import json
import math
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

C, H, LAYERS, N, T = (int(word) for word in sys.argv[1:6])
FEED_FORWARD = float(sys.argv[6])
THREADS = int(sys.argv[7])
SECONDS = float(sys.argv[8])
OBSERVATION, ACTIONS = 8, 4
torch.set_num_threads(THREADS)
torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        hidden = round(C * FEED_FORWARD)
        self.attention_norm, self.feed_forward_norm = nn.LayerNorm(C), nn.LayerNorm(C)
        self.query_key_value, self.mix_heads = nn.Linear(C, 3 * C), nn.Linear(C, C)
        self.widen, self.narrow = nn.Linear(C, hidden), nn.Linear(hidden, C)

    def forward(self, x, mask, cos, sin):
        parts = self.query_key_value(self.attention_norm(x)).split(C, dim=2)
        q, k, v = (part.view(N, T, H, C // H).transpose(1, 2) for part in parts)
        q, k = turned(q, cos, sin), turned(k, cos, sin)
        weights = F.softmax(q @ k.transpose(-2, -1) * (1 / math.sqrt(C // H)) + mask, dim=-1)
        x = x + self.mix_heads((weights @ v).transpose(1, 2).reshape(N, T, C))
        return x + self.narrow(F.gelu(self.widen(self.feed_forward_norm(x)), approximate="tanh"))


def turned(x, cos, sin):
    a, b = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-b, a), dim=-1) * sin


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(OBSERVATION, C)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.final_norm = nn.LayerNorm(C)
        self.action, self.value = nn.Linear(C, ACTIONS), nn.Linear(C, 1)
        angles = torch.arange(T)[:, None] * 10000.0 ** (-torch.arange(0, C // H, 2) / (C // H))
        self.register_buffer("cos", torch.cat((angles, angles), 1).cos())
        self.register_buffer("sin", torch.cat((angles, angles), 1).sin())
        self.register_buffer("mask", torch.full((T, T), -1e9).triu(1))

    def forward(self, observations):
        x = F.gelu(self.encoder(observations), approximate="tanh")
        for block in self.blocks:
            x = block(x, self.mask, self.cos, self.sin)
        x = self.final_norm(x)
        return self.action(x), self.value(x).squeeze(-1)


policy = Policy()
adam = torch.optim.Adam(policy.parameters(), lr=1e-3, eps=1e-5, foreach=True)
observations = torch.randn(N, T, OBSERVATION)
actions = torch.randint(ACTIONS, (N, T))
old_log_probs = torch.full((N, T), -math.log(ACTIONS))
advantages, returns = torch.randn(N, T), torch.randn(N, T)


def step():
    logits, values = policy(observations)
    log_probs = F.log_softmax(logits, dim=-1)
    chosen = log_probs.gather(-1, actions[..., None]).squeeze(-1)
    entropy = -(log_probs.exp() * log_probs).sum(-1).mean()
    ratio = (chosen - old_log_probs).exp()
    normalised = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    surrogate = torch.min(ratio * normalised, ratio.clamp(0.8, 1.2) * normalised).mean()
    loss = -surrogate + 0.25 * (values - returns).square().mean() - 0.01 * entropy
    adam.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(policy.parameters(), 0.5)
    adam.step()


for _ in range(5):
    step()
best = math.inf
end = time.perf_counter() + SECONDS
while time.perf_counter() < end:
    begin = time.perf_counter()
    step()
    best = min(best, time.perf_counter() - begin)
print(json.dumps({"msPerStep": 1000 * best, "threads": THREADS, "version": torch.__version__}))
